/** Tests of the groups on JRaft: several hosts in one process, real sockets and files. */
@NullMarked
package dev.balsa.raft.jraft;

import org.jspecify.annotations.NullMarked;
