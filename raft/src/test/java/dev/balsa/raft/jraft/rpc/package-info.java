/** The transport's contract, its hostile peers, and JRaft itself on top of it. */
@NullMarked
package dev.balsa.raft.jraft.rpc;

import org.jspecify.annotations.NullMarked;
