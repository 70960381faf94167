/** Configuration: the directives, their kinds and limits, and what a node was started with. */
@NullMarked
package dev.balsa.node.config;

import org.jspecify.annotations.NullMarked;
