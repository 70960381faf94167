package dev.balsa.raft;

import org.jspecify.annotations.Nullable;

/**
 * Who leads, as one replica sees it.
 *
 * @param leader Raft address {@code host:port}, null = unknown
 * @param isLeader whether it is this replica
 */
public record Leadership(long term, @Nullable String leader, boolean isLeader) {}
