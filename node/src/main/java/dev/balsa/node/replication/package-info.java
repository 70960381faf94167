/** A slot group: a Raft group, its keyspace and the thread that owns both. */
@NullMarked
package dev.balsa.node.replication;

import org.jspecify.annotations.NullMarked;
