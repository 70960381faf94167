package dev.balsa.node.engine.value;

import org.jspecify.annotations.Nullable;

/** A set that outgrew intset and listpack: a {@link HashTable} whose elements are the members and nothing more. */
public final class LargeSet extends LargeValue {

    private final HashTable table;
    private @Nullable LeafWalk freeing;

    public LargeSet(ValueSpace space) {
        this(space, new HashTable(space));
    }

    private LargeSet(ValueSpace space, HashTable table) {
        super(space);
        this.table = table;
    }

    /** The members: each element's name is one. */
    public HashTable table() {
        return table;
    }

    /** Lets {@code view} look at a member. */
    public StringView member(int element, StringView view) {
        return view.bytes(table.elements().nameOffset(element), table.elements().nameLength(element));
    }

    public boolean contains(byte[] member, int offset, int length) {
        return table.find(member, offset, length) != 0;
    }

    /** False if it was there. */
    public boolean add(byte[] member, int offset, int length) {
        if (table.find(member, offset, length) != 0) {
            return false;
        }
        table.insert(table.elements().create(space, member, offset, length, 0));
        return true;
    }

    /** False if it was not there. */
    public boolean remove(byte[] member, int offset, int length) {
        int ref = table.find(member, offset, length);
        if (ref == 0) {
            return false;
        }
        table.remove();
        space.free(ref);
        return true;
    }

    @Override
    public long size() {
        return table.size();
    }

    @Override
    protected LargeValue fork(ValueSpace to) {
        return new LargeSet(to, table.fork(to));
    }

    @Override
    public LargeValue copy() {
        LargeSet twin = new LargeSet(space);
        table.forEach(ref -> {
            byte[] member = table.elements().name(ValueSpace.offset(ref));
            twin.add(member, 0, member.length);
        });
        return twin;
    }

    @Override
    public int free(int limit) {
        if (freeing == null) {
            freeing = table.walk();
        }
        return table.freeAll(freeing, limit);
    }

    @Override
    public boolean isFreed() {
        return freeing != null && freeing.isDone();
    }

    @Override
    public long memoryBytes() {
        return table.usedBytes() + table.elementBytes();
    }

    @Override
    public void content(Content content) {
        Elements elements = table.elements();
        table.forEach(ref -> content.bytes(space.memory(), elements.nameOffset(ref), elements.nameLength(ref)));
    }
}
