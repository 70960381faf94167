/** What a history must be like if the promises were kept; each checker shows the smallest proof that they were not. */
@NullMarked
package dev.balsa.chaos.check;

import org.jspecify.annotations.NullMarked;
