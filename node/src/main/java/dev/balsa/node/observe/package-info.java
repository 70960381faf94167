/** What people and programs read about a node: INFO, SLOWLOG, CONFIG, metrics. */
@NullMarked
package dev.balsa.node.observe;

import org.jspecify.annotations.NullMarked;
