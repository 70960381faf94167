/** The groups on SOFAJRaft: the only place that knows its types, and where every known hazard of it is guarded. */
@NullMarked
package dev.balsa.raft.jraft;

import org.jspecify.annotations.NullMarked;
