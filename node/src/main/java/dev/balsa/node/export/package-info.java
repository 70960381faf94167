/** A replica's snapshot and log as an appendonly file of Redis. */
@NullMarked
package dev.balsa.node.export;

import org.jspecify.annotations.NullMarked;
