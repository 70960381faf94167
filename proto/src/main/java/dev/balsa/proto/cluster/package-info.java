/** Which nodes there are and which group serves which slots. */
@NullMarked
package dev.balsa.proto.cluster;

import org.jspecify.annotations.NullMarked;
