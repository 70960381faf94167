/** Tests. */
@NullMarked
package dev.balsa.proxy.route;

import org.jspecify.annotations.NullMarked;
