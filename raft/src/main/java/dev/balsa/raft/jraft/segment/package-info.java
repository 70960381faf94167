/** JRaft's LogStorage on the segment log. */
@NullMarked
package dev.balsa.raft.jraft.segment;

import org.jspecify.annotations.NullMarked;
