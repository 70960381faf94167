/** Tests of entries of the log. */
@NullMarked
package dev.balsa.proto.log;

import org.jspecify.annotations.NullMarked;
