/** Which clients keep copies of values, and how they hear that a copy is no longer good (client-side caching). */
@NullMarked
package dev.balsa.proxy.tracking;

import org.jspecify.annotations.NullMarked;
