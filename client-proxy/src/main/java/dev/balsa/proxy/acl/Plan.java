package dev.balsa.proxy.acl;

import java.util.SortedMap;

/** What an ACL command comes to, before the cluster has agreed to it. Immutable. */
public sealed interface Plan {
    /** @param line the error, with its code and without its minus */
    record Refused(String line) implements Plan {}

    /**
     * @param expected the version that the change goes on from; if it is another one by now, a new plan is needed
     * @param rules of users by name, empty for those to be deleted; at version 0 of all users
     * @param deleted number of users that it deletes
     */
    record Change(long expected, SortedMap<String, String> rules, int deleted) implements Plan {}
}
