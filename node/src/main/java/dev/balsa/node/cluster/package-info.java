/** The cluster as clients see it: slot map and CLUSTER commands. */
@NullMarked
package dev.balsa.node.cluster;

import org.jspecify.annotations.NullMarked;
