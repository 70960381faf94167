/** Channels and who listens to them: on this process's connections, and in other processes by links to their ports. */
@NullMarked
package dev.balsa.proxy.pubsub;

import org.jspecify.annotations.NullMarked;
