package dev.balsa.node.engine.value;

/** What is to become a stream's entry: fields and values in turn, slices of one array. */
public interface StreamFields {
    /** Number of fields. */
    int count();

    byte[] array();

    /** Where the {@code i}-th string begins: field 0, value 0, field 1 ... */
    int offset(int i);

    /** Bytes of the {@code i}-th string. */
    int length(int i);
}
