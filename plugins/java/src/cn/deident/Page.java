package cn.deident;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is to be published. Immutable: each {@code with…} gives a copy. */
public final class Page {
    private final Map<String, Object> fields;

    private Page(Map<String, Object> fields) {
        this.fields = fields;
    }

    /**
     * A page of HTML.
     *
     * @param title its title; may be empty
     * @param html its content, a fragment or a whole document
     */
    public static Page html(String title, String html) {
        return new Page(new LinkedHashMap<>()).with("title", title).with("html", html);
    }

    /** A plain text. */
    public static Page text(String title, String text) {
        return new Page(new LinkedHashMap<>()).with("title", title).with("text", text);
    }

    /** Where it is published: site, wechat, weibo, app, gazette, opendata, board or reply. Some documents may go to some channels only. */
    public Page withChannel(String channel) {
        return with("channel", channel);
    }

    /** The type of document where the CMS knows it, for example from its column; ids are listed by {@code deident list types}. */
    public Page withDocType(String type) {
        return with("doc_type", type);
    }

    /** The address that it will have. */
    public Page withUrl(String url) {
        return with("url", url);
    }

    /** Who publishes, for the list of the review desk. */
    public Page withAuthor(String author) {
        return with("author", author);
    }

    /** The language of the answer: zh or en. */
    public Page withLanguage(String language) {
        return with("lang", language);
    }

    /** Whether to file it at the review desk when it may not be published. */
    public Page withReview(boolean review) {
        return with("review", review);
    }

    /**
     * A file that goes online with it.
     *
     * @param name its name, without folders
     * @param data its bytes
     */
    public Page withAttachment(String name, byte[] data) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("name", Objects.requireNonNull(name));
        file.put("content", Base64.getEncoder().encodeToString(data));
        List<Object> files = new ArrayList<>((List<?>) fields.getOrDefault("attachments", List.of()));
        files.add(file);
        return with("attachments", files);
    }

    Map<String, Object> fields() {
        return fields;
    }

    private Page with(String name, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(fields);
        copy.put(name, Objects.requireNonNull(value, name));
        return new Page(copy);
    }

    /** Without content, so that a log line with a page in it holds none. */
    @Override
    public String toString() {
        return "Page" + fields.keySet();
    }
}
