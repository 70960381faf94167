package dev.balsa.node.engine.memory;

/** The operating system refused address space, or took none back. */
public final class AddressSpaceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public AddressSpaceException(String message) {
        super(message);
    }
}
