/**
 * The segment log: a Raft log as a directory of preallocated files, one write and one fdatasync for a batch. JDK only.
 *
 * <p>{@link dev.balsa.raft.segment.SegmentLog} is the door of a running node, {@link
 * dev.balsa.raft.segment.SegmentLogReader} that of tools that look at a stopped one. The bytes on disk are described
 * in {@code RecordFormat} and {@code SegmentHeader}, what survives which crash in {@code SegmentLog}.
 */
@NullMarked
package dev.balsa.raft.segment;

import org.jspecify.annotations.NullMarked;
