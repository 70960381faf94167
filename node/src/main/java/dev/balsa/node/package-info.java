/** The node process: configuration and the one place that knows all parts. */
@NullMarked
package dev.balsa.node;

import org.jspecify.annotations.NullMarked;
