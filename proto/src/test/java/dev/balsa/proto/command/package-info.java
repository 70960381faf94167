/** Tests of command specs and key positions. */
@NullMarked
package dev.balsa.proto.command;

import org.jspecify.annotations.NullMarked;
