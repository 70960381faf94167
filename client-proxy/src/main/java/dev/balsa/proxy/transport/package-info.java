/** What event loops and their sockets are made of, for clients and for links to nodes alike. */
@NullMarked
package dev.balsa.proxy.transport;

import org.jspecify.annotations.NullMarked;
