/** What is known of a command without running it: name, arity, flags, keys. */
@NullMarked
package dev.balsa.proto.command;

import org.jspecify.annotations.NullMarked;
