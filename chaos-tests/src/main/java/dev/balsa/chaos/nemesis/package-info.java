/** What is done to a cluster while clients use it, a file for each fault. */
@NullMarked
package dev.balsa.chaos.nemesis;

import org.jspecify.annotations.NullMarked;
