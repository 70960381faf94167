/** What clients did and saw, operation by operation, in the form that Knossos and Elle read. */
@NullMarked
package dev.balsa.chaos.history;

import org.jspecify.annotations.NullMarked;
