/** Tests of what holds for all of proto. */
@NullMarked
package dev.balsa.proto;

import org.jspecify.annotations.NullMarked;
