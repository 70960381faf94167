/** Clients that say what they know: it happened, it did not, or nobody knows. */
@NullMarked
package dev.balsa.chaos.client;

import org.jspecify.annotations.NullMarked;
