/** A real cluster of processes, and what can be done to it from outside. */
@NullMarked
package dev.balsa.chaos.cluster;

import org.jspecify.annotations.NullMarked;
