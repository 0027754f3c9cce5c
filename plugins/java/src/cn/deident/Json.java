package cn.deident;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON (RFC 8259) to and from maps, lists, strings, numbers, booleans and null. A CMS that has a library for it may use that instead.
 *
 * <p>Whole numbers are read as Long where they fit, all others as Double. Half a surrogate pair is written as U+FFFD, for UTF-8 has no form
 * for it. What is read may be nested {@value #DEPTH} deep at most.
 */
final class Json {
    static final int DEPTH = 100;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** The value of a text. Throws IllegalArgumentException, which quotes nothing of it, where it is not JSON. */
    static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.space();
        if (json.at != text.length()) {
            throw json.wrong();
        }
        return value;
    }

    /** The text of a value. */
    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof Map) {
            String next = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(next);
                quote(String.valueOf(entry.getKey()), out);
                out.append(':');
                write(entry.getValue(), out);
                next = ",";
            }
            out.append(next.equals("{") ? "{}" : "}");
        } else if (value instanceof List) {
            String next = "[";
            for (Object item : (List<?>) value) {
                out.append(next);
                write(item, out);
                next = ",";
            }
            out.append(next.equals("[") ? "[]" : "]");
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else {
            quote(value.toString(), out);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int at = 0; at < text.length(); at++) {
            char sign = text.charAt(at);
            if (sign == '"' || sign == '\\') {
                out.append('\\').append(sign);
            } else if (sign < ' ') {
                out.append(String.format("\\u%04x", (int) sign));
            } else if (!Character.isSurrogate(sign)) {
                out.append(sign);
            } else if (Character.isHighSurrogate(sign) && at + 1 < text.length() && Character.isLowSurrogate(text.charAt(at + 1))) {
                out.append(sign).append(text.charAt(++at));
            } else {
                out.append('\ufffd');
            }
        }
        out.append('"');
    }

    private Object value(int depth) {
        if (depth > DEPTH) {
            throw wrong();
        }
        space();
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> out = new LinkedHashMap<>();
        at++;
        space();
        if (peek() == '}') {
            at++;
            return out;
        }
        while (true) {
            space();
            String name = string();
            space();
            take(':');
            out.put(name, value(depth + 1));
            space();
            if (peek() == '}') {
                at++;
                return out;
            }
            take(',');
        }
    }

    private List<Object> array(int depth) {
        List<Object> out = new ArrayList<>();
        at++;
        space();
        if (peek() == ']') {
            at++;
            return out;
        }
        while (true) {
            out.add(value(depth + 1));
            space();
            if (peek() == ']') {
                at++;
                return out;
            }
            take(',');
        }
    }

    private String string() {
        take('"');
        StringBuilder out = new StringBuilder();
        while (true) {
            char sign = next();
            if (sign == '"') {
                return out.toString();
            }
            if (sign < ' ') {
                throw wrong();
            }
            out.append(sign == '\\' ? escaped() : sign);
        }
    }

    private char escaped() {
        char sign = next();
        int plain = "\"\\/bfnrt".indexOf(sign);
        if (plain >= 0) {
            return "\"\\/\b\f\n\r\t".charAt(plain);
        }
        if (sign != 'u') {
            throw wrong();
        }
        int code = 0;
        for (int digit = 0; digit < 4; digit++) {
            char hex = next();
            int value = hex < 128 ? Character.digit(hex, 16) : -1;
            if (value < 0) {
                throw wrong();
            }
            code = code * 16 + value;
        }
        return (char) code;
    }

    private Number number() {
        int start = at;
        boolean whole = true;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            whole = false;
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            whole = false;
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        String written = text.substring(start, at);
        if (whole && written.length() <= 18) {
            return Long.valueOf(written);
        }
        return Double.valueOf(written);
    }

    private void digits() {
        int start = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        if (at == start) {
            throw wrong();
        }
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void take(char sign) {
        if (next() != sign) {
            throw wrong();
        }
    }

    private char next() {
        if (at >= text.length()) {
            throw wrong();
        }
        return text.charAt(at++);
    }

    /** The next character, 0 at the end. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not JSON, at character " + at);
    }
}
