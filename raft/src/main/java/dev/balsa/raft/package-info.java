/** Replication of opaque bytes: groups, proposals, read barriers, snapshots, membership. */
@NullMarked
package dev.balsa.raft;

import org.jspecify.annotations.NullMarked;
