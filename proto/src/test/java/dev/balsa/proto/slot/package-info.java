/** Tests of hash slots. */
@NullMarked
package dev.balsa.proto.slot;

import org.jspecify.annotations.NullMarked;
