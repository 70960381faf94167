/** What faces a client: accept, decode, session, ordered replies. */
@NullMarked
package dev.balsa.proxy.front;

import org.jspecify.annotations.NullMarked;
