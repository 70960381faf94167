/** A Raft group in memory: one thread, virtual time, a seed. For tests and simulation. */
@NullMarked
package dev.balsa.raft.memory;

import org.jspecify.annotations.NullMarked;
