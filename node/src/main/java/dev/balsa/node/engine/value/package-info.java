/** What a key's value is made of when it is more than one string. Knows memory, no keys. */
@NullMarked
package dev.balsa.node.engine.value;

import org.jspecify.annotations.NullMarked;
