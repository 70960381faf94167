/** Tests of the simulated group. */
@NullMarked
package dev.balsa.raft.memory;

import org.jspecify.annotations.NullMarked;
