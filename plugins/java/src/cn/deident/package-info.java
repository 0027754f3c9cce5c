/**
 * 发布前个人信息检查的 Java 客户端（政府网站内容管理系统多用 Java）。只用 JDK 11 自带的 HTTP 客户端，没有其他依赖。
 *
 * <p>用法：在“发布”动作里先调用 {@link cn.deident.PublishHook#check}；{@link cn.deident.Answer#mayPublish} 为真才发布，否则把
 * {@link cn.deident.Answer#describe} 给编辑看。要“脱敏后发布”，调用 {@link cn.deident.PublishHook#mask}，把
 * {@link cn.deident.Answer#maskedHtml} 存回稿件，再发布。检查服务没有答复时默认不发布。
 *
 * <p>A client of the deident publish hook for CMSs written in Java, with nothing but the JDK (11 or newer). In the action that publishes,
 * call {@code check}; go on only where {@code mayPublish}. The answer holds no value of the page, except in the masked content.
 */
package cn.deident;
