/** The entry of the replicated log: a small header and commands as RESP arrays. */
@NullMarked
package dev.balsa.proto.log;

import org.jspecify.annotations.NullMarked;
