package dev.balsa.chaos.workload;

import dev.balsa.chaos.check.BankTotal;
import dev.balsa.chaos.check.Checker;
import dev.balsa.chaos.client.Client;
import dev.balsa.chaos.client.Refused;
import dev.balsa.chaos.history.Value;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Transfers between accounts by WATCH, GET, MULTI, SET and EXEC, and reads of all accounts in one transaction. */
final class BankWorkload implements Workload {
    private static final int ACCOUNTS = 6;
    private static final long BALANCE = 100;

    @Override
    public String name() {
        return "bank";
    }

    @Override
    public String promise() {
        return "the total never changes";
    }

    @Override
    public List<Operation> first() {
        return List.of(new Operation("open", Value.nil(), client -> {
            String[] command = new String[1 + 2 * ACCOUNTS];
            command[0] = "MSET";
            for (int i = 0; i < ACCOUNTS; i++) {
                command[1 + 2 * i] = account(i);
                command[2 + 2 * i] = Long.toString(BALANCE);
            }
            return client.write(command);
        }));
    }

    private static String account(long number) {
        return "{bank}:" + number;
    }

    @Override
    public Operation next(Random random, int number) {
        if (random.nextInt(3) == 0) {
            return new Operation("read", Value.nil(), BankWorkload::accounts);
        }
        long from = random.nextInt(ACCOUNTS);
        long to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        long amount = 1L + random.nextInt(5);
        Map<String, Value> transfer = new LinkedHashMap<>();
        transfer.put("from", Value.of(from));
        transfer.put("to", Value.of(to));
        transfer.put("amount", Value.of(amount));
        Value argument = Value.table(transfer);
        return new Operation("transfer", argument, client -> {
            transfer(client, account(from), account(to), amount);
            return argument;
        });
    }

    private static Value accounts(Client client) throws IOException, Refused {
        client.read("MULTI");
        for (int i = 0; i < ACCOUNTS; i++) {
            client.read("GET", account(i));
        }
        List<Value> balances = client.read("EXEC").asList();
        Map<Value, Value> all = new LinkedHashMap<>();
        for (int i = 0; i < balances.size(); i++) {
            all.put(Value.of(i), Value.of(Client.number(balances.get(i), 0)));
        }
        return new Value.Table(all);
    }

    private static void transfer(Client client, String from, String to, long amount) throws IOException, Refused {
        client.read("WATCH", from, to);
        long source = Client.number(client.read("GET", from), 0);
        long target = Client.number(client.read("GET", to), 0);
        if (source < amount) {
            client.read("UNWATCH");
            throw new Refused("");
        }
        client.read("MULTI");
        client.read("SET", from, Long.toString(source - amount));
        client.read("SET", to, Long.toString(target + amount));
        if (client.write("EXEC").isNil()) {
            throw new Refused("");
        }
    }

    @Override
    public List<Operation> last() {
        return List.of(new Operation("read", Value.nil(), BankWorkload::accounts));
    }

    @Override
    public Checker checker() {
        return new BankTotal(ACCOUNTS * BALANCE);
    }
}
