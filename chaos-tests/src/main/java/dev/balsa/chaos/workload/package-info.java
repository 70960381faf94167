/** Load that remembers what it was told. */
@NullMarked
package dev.balsa.chaos.workload;

import org.jspecify.annotations.NullMarked;
