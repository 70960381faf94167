package dev.balsa.node.lua;

import java.util.TreeMap;

/** The words and signs of the language. */
enum Token {
    AND("and"), BREAK("break"), DO("do"), ELSE("else"), ELSEIF("elseif"), END_WORD("end"), FALSE("false"),
    FOR("for"), FUNCTION("function"), IF("if"), IN("in"), LOCAL("local"), NIL("nil"), NOT("not"), OR("or"),
    REPEAT("repeat"), RETURN("return"), THEN("then"), TRUE("true"), UNTIL("until"), WHILE("while"),
    CONCAT(".."), DOTS("..."), EQ("=="), GE(">="), LE("<="), NE("~="),
    NUMBER("<number>"), NAME("<name>"), STRING("<string>"), END("<eof>"),
    PLUS("+"), MINUS("-"), STAR("*"), SLASH("/"), PERCENT("%"), CARET("^"), HASH("#"), LT("<"), GT(">"), ASSIGN("="),
    OPEN("("), CLOSE(")"), OPEN_BRACE("{"), CLOSE_BRACE("}"), OPEN_BRACKET("["), CLOSE_BRACKET("]"), SEMICOLON(";"),
    COLON(":"), COMMA(","), DOT("."),
    /** A character that means nothing. */
    OTHER("");

    private static final TreeMap<String, Token> WORDS = new TreeMap<>();
    private static final Token[] SIGNS = new Token[256];

    static {
        for (Token token : values()) {
            if (token.ordinal() <= WHILE.ordinal()) {
                WORDS.put(token.text, token);
            }
        }
        for (int i = 0; i < SIGNS.length; i++) {
            SIGNS[i] = OTHER;
        }
        for (Token token : values()) {
            if (token.ordinal() >= PLUS.ordinal() && token != OTHER) {
                SIGNS[token.text.charAt(0)] = token;
            }
        }
    }

    private final String text;

    Token(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** The reserved word, or a name. */
    static Token word(String text) {
        Token found = text.length() <= 8 ? WORDS.get(text) : null;
        return found == null ? NAME : found;
    }

    /** What a character means alone. */
    static Token single(int c) {
        return SIGNS[c];
    }
}
