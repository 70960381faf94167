/** The clients that people use, against a cluster of processes. */
@NullMarked
package dev.balsa.chaos.clients;

import org.jspecify.annotations.NullMarked;
