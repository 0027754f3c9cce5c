package cn.deident;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A place that was found. It holds no value: the preview is masked. */
public final class Finding {
    private final String file;
    private final Map<?, ?> row;

    Finding(String file, Map<?, ?> row) {
        this.file = file;
        this.row = row;
    }

    /** {@code @page}, or the name of the attachment. */
    public String file() {
        return file;
    }

    /** Where in it: a line, a cell, a paragraph. */
    public String where() {
        return text("where");
    }

    /** Which field of the page: title, html or text; empty for attachments. */
    public String field() {
        return text("field");
    }

    /** Its kind as an id, for example {@code resident_id}. */
    public String kind() {
        return text("kind");
    }

    /** Its kind for people, in the language of the answer. */
    public String kindName() {
        return row.get("kind_name") == null ? kind() : text("kind_name");
    }

    /** {@code mask}, {@code review} or {@code keep}. */
    public String action() {
        return text("action");
    }

    /** The value as it would look when masked. */
    public String preview() {
        return text("preview");
    }

    /** Why. */
    public String reason() {
        return text("reason");
    }

    /** The legal bases, for people where the hook names them. */
    public List<String> basis() {
        Object named = row.get("basis_names") == null ? row.get("basis") : row.get("basis_names");
        List<String> basis = new ArrayList<>();
        if (named instanceof List) {
            ((List<?>) named).forEach(one -> basis.add(String.valueOf(one)));
        }
        return basis;
    }

    private String text(String name) {
        Object value = row.get(name);
        return value == null ? "" : String.valueOf(value);
    }

    @Override
    public String toString() {
        return String.join(" ", file, where(), kindName(), preview(), reason(), String.join("; ", basis()));
    }
}
