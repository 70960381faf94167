/** Slot groups on a log in memory, in one thread and virtual time: a seed is a run, and the same seed the same run. */
@NullMarked
package dev.balsa.chaos.simulation;

import org.jspecify.annotations.NullMarked;
