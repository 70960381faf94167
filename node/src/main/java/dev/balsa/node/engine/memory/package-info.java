/** Bytes off the heap: the arena and its size classes. */
@NullMarked
package dev.balsa.node.engine.memory;

import org.jspecify.annotations.NullMarked;
