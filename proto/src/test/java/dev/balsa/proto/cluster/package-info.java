/** Tests of the cluster map. */
@NullMarked
package dev.balsa.proto.cluster;

import org.jspecify.annotations.NullMarked;
