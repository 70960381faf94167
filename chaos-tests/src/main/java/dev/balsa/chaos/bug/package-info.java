/** Bugs planted into the nodes of a test cluster, to see that they are found; the product's own classes stay as they are. */
@NullMarked
package dev.balsa.chaos.bug;

import org.jspecify.annotations.NullMarked;
