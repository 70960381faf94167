/** Tests of the segment log. */
@NullMarked
package dev.balsa.raft.segment;

import org.jspecify.annotations.NullMarked;
