/** Data structures and the keyspace. Knows only the JDK: no clock, no chance, no threads, no hash order. */
@NullMarked
package dev.balsa.node.engine;

import org.jspecify.annotations.NullMarked;
