"""What the field app says, in both of its languages; the phone gets it as JSON.

`{n}` stands for a fact, `{n|tree|trees}` for the word that goes with one or with any other number.
"""

from registry.vocab.field_form_words import FORMS
from registry.vocab.field_page_words import PAGES
from registry.vocab.labels import Label

ENGINE: dict[str, Label] = {
    "app.name": Label("古树外业", "Gushu field"),
    "app.home": Label("回到首页", "To the first page"),
    "app.back": Label("返回", "Back"),
    "app.cancel": Label("取消", "Cancel"),
    "app.tabs": Label("主要页面", "Main pages"),
    "app.no_page": Label("没有这个页面", "There is no such page"),
    "app.failed": Label("这一页没能打开", "This page could not be opened"),
    "app.failed_text": Label(
        "已保存的草稿和待发送的表单都还在手机上。", "Drafts and forms that wait are still on this phone."
    ),
    "tab.day": Label("今日", "My day"),
    "tab.scan": Label("扫码", "Scan"),
    "tab.queue": Label("待发送", "To send"),
    "tab.more": Label("更多", "More"),
    "badge.offline": Label("无信号", "No signal"),
    "badge.waiting": Label("{n} 份待发", "{n} to send"),
    "badge.sending": Label("正在发送 {n} 份", "Sending {n}"),
    "badge.problems": Label("{n} 份需处理", "{n} {n|needs|need} you"),
    "notice.full": Label(
        "手机存储空间不足，新照片可能存不下。", "This phone is short of room: new photos may not fit."
    ),
    "notice.full_go": Label("腾出空间", "Free some"),
    "notice.signed_out": Label(
        "登录已过期。手机上的内容都在，登录后才能下载和发送。",
        "Your session has ended. Everything is still on this phone; sign in to download and send.",
    ),
    "notice.signed_out_waiting": Label(
        "登录已过期。{n} 份表单都在手机上，登录后自动发送。",
        "Your session has ended. {n} {n|form is|forms are} safe on this phone; sign in to send {n|it|them}.",
    ),
    "notice.sign_in": Label("去登录", "Sign in"),
    "notice.clock_fast": Label(
        "手机时间比服务器快约{much}。表单会照常发送，请在手机设置中校正时间。",
        "This phone's clock is about {much} fast. Forms are sent all the same; please set the clock right.",
    ),
    "notice.clock_slow": Label(
        "手机时间比服务器慢约{much}。表单会照常发送，请在手机设置中校正时间。",
        "This phone's clock is about {much} slow. Forms are sent all the same; please set the clock right.",
    ),
    "notice.evict": Label(
        "{n} 份表单还没发出。本应用未安装，七天不打开，系统会清掉这些内容。",
        "{n} {n|form has|forms have} not been sent. This app is not installed: after seven days without "
        "use the system removes what is kept here.",
    ),
    "notice.how": Label("怎样避免", "How to avoid it"),
    "notice.update": Label("应用有新版本。", "A newer version of the app is here."),
    "notice.update_go": Label("现在更新", "Use it now"),
    "notice.sign_in_first": Label(
        "登录后才能下载名录、发送表单。", "Sign in to take trees along and to send."
    ),
    "time.minute": Label(" {n} 分钟", "{n} {n|minute|minutes}"),
    "time.hour": Label(" {n} 小时", "{n} {n|hour|hours}"),
    "time.day": Label(" {n} 天", "{n} {n|day|days}"),
    "home.welcome": Label(
        "没有信号也能工作：先登录并把名录带到手机上，在树下查看、填表、拍照，有信号时自动发送。",
        "Works without a signal: sign in, take your trees along, look them up, fill in and photograph "
        "under the tree. What you save is sent when there is a signal.",
    ),
    "home.stay": Label(
        "登录时勾选“在这台设备上保持登录”，下次不用再输入密码。",
        "Tick “Keep me signed in on this device” when you sign in, and you will not be asked for the "
        "password each time.",
    ),
    "queue.count": Label(
        "{n} 份表单，{photos} 张照片未发", "{n} {n|form|forms}, {photos} {photos|photo|photos} to send"
    ),
    "queue.waiting_title": Label("待发送", "To send"),
    "queue.drafts_title": Label("草稿", "Drafts"),
    "queue.sent_title": Label("已送达", "Arrived"),
    "queue.empty": Label("全部已送达", "Everything has arrived"),
    "queue.send": Label("立即发送", "Send now"),
    "queue.send_all": Label("立即发送，照片也发", "Send now, photos too"),
    "queue.export": Label("导出为一个文件", "Export as one file"),
    "queue.export_one": Label("导出这一份", "Export this form"),
    "queue.safe": Label(
        "服务器逐一核对照片校验和之后，手机才会移除原件。",
        "A form leaves this phone only after the server has checked every photo by its checksum.",
    ),
    "queue.sending": Label("正在发送……", "Sending …"),
    "queue.signed_out": Label("登录后才能发送", "Sign in to send"),
    "queue.offline": Label(
        "没有信号。有信号时自动发送。", "No signal. Everything is sent when there is one."
    ),
    "queue.no_answer": Label(
        "服务器没有应答，稍后自动再试。", "The server does not answer; it will be tried again."
    ),
    "queue.synced": Label("最近一次联络服务器：{time}", "Last contact with the server: {time}"),
    "queue.photos_wait": Label("{n} 张照片在等 Wi-Fi。", "{n} {n|photo waits|photos wait} for Wi-Fi."),
    "queue.photos_by_hand": Label(
        "{n} 张照片暂不发送。本机看不出是否连着 Wi-Fi，连上后请点“立即发送”。",
        "{n} {n|photo waits|photos wait}. This phone does not tell whether it is on Wi-Fi: press “Send "
        "now” when it is.",
    ),
    "queue.others_title": Label("本机还有别人的表单", "Somebody else's forms are on this phone"),
    "queue.others": Label(
        "账号 {login} 有 {n} 份表单未发送。请用该账号登录后发送，或导出为文件。",
        "{n} {n|form|forms} of the account {login} {n|has|have} not been sent. Sign in as that account "
        "to send, or export a file.",
    ),
    "queue.draft": Label("草稿", "draft"),
    "queue.gone_title": Label("这份表单已不在这里", "This form is no longer here"),
    "queue.gone": Label("它已送达服务器，或已被删除。", "It has arrived at the server, or was deleted."),
    "queue.retry": Label("再试一次", "Try again"),
    "queue.renew": Label("作为新表单发送", "Send as a new form"),
    "queue.reopen": Label("打开修改", "Open and correct"),
    "queue.reopened": Label("已放回草稿，可以修改后再发送。", "It is a draft again: correct it and send it."),
    "queue.delete": Label("删除这份表单", "Delete this form"),
    "queue.delete_title": Label("删除这份未发送的表单？", "Delete this form that was never sent?"),
    "queue.delete_text": Label("删除后无法恢复。", "It cannot be brought back."),
    "queue.delete_text_photos": Label(
        "连同它的 {n} 张照片一起删除，无法恢复。",
        "It goes with its {n} {n|photo|photos} and cannot be brought back.",
    ),
    "queue.delete_yes": Label("删除", "Delete"),
    "queue.delete_no": Label("保留", "Keep it"),
    "queue.exported": Label(
        "已导出 {n} 份表单、{photos} 张照片：{name}。表单仍留在待发送中。",
        "{n} {n|form|forms} and {photos} {photos|photo|photos} exported: {name}. They stay in the queue.",
    ),
    "queue.export_drafts": Label(
        "{n} 份草稿未完成，不在文件里。",
        "{n} {n|draft is|drafts are} unfinished and not in the file.",
    ),
    "queue.export_missing": Label(
        "有 {n} 张照片不在手机上，没能导出。",
        "{n} {n|photo is|photos are} no longer on this phone and could not be exported.",
    ),
    "queue.arrived": Label("已送达", "Arrived"),
    "queue.f_state": Label("状态", "State"),
    "queue.f_queued": Label("保存时间", "Saved"),
    "queue.f_sent": Label("送达时间", "Arrived"),
    "queue.f_form": Label("表单", "Form"),
    "queue.f_photos": Label("照片", "Photos"),
    "queue.f_attempts": Label("已尝试", "Attempts"),
    "queue.f_next": Label("下次重试", "Next attempt"),
    "queue.f_id": Label("编号", "Number"),
    "queue.form_in": Label("服务器 {time} 收到", "received by the server {time}"),
    "queue.form_here": Label("还在手机上", "still on this phone"),
    "queue.photos_of": Label("已收 {done} / {n} 张", "{done} of {n} received"),
    "queue.photos_received": Label("{done} / {n} 张照片已收到", "{done} of {n} photos received"),
    "queue.s_waiting": Label("待发送", "waiting"),
    "queue.s_confirm": Label("等待确认", "being confirmed"),
    "queue.s_problem": Label("需处理", "needs you"),
    "queue.set_aside_title": Label(
        "服务器已收下，需人工处理", "The server has it, and somebody will look at it"
    ),
    "queue.set_aside": Label(
        "内容没有丢失，不用重填。", "Nothing is lost, and nothing has to be filled in again."
    ),
    "queue.conflict_title": Label("有人也改了同一项", "Somebody else changed the same field"),
    "queue.conflict": Label(
        "两个值会并列给审核员看，由审核员决定。", "A reviewer sees both values side by side and decides."
    ),
    "state.arrived": Label("已送达", "arrived"),
    "state.pending": Label("待审核", "to be reviewed"),
    "state.accepted": Label("已通过", "accepted"),
    "state.returned": Label("已退回", "returned"),
    "state.refused": Label("不予采纳", "refused"),
    "state.quarantined": Label("需人工处理", "set aside"),
    "state.replaced": Label("已由新提交替代", "replaced by a later one"),
    "kind.visit": Label("巡查", "Visit"),
    "kind.measurement": Label("测量", "Measurement"),
    "kind.assessment": Label("评估", "Assessment"),
    "kind.edit": Label("信息更正", "Correction"),
    "kind.photo": Label("照片", "Photos"),
    "kind.incident": Label("险情与损害", "Incident"),
    "kind.new_tree": Label("新发现树木", "New tree"),
    "kind.bind_tag": Label("绑定标牌", "Tag binding"),
    "kind.mount_tag": Label("挂牌", "Tag mounting"),
    "problem.offline": Label("没连上服务器", "No connection to the server"),
    "problem.offline_how": Label(
        "有信号时自动再试，不用管它。", "It is tried again by itself when there is a signal."
    ),
    "problem.busy": Label("服务器正忙", "The server is busy"),
    "problem.busy_how": Label("稍后自动再试，不用管它。", "It is tried again by itself."),
    "problem.submission_conflict": Label(
        "服务器上已有同一编号、内容不同的表单", "The server has another form under the same number"
    ),
    "problem.submission_conflict_how": Label(
        "请选“作为新表单发送”，两份都会保留，由办公室核对。",
        "Choose “Send as a new form”: both are kept and the office compares them.",
    ),
    "problem.form": Label("服务器认为有一项填得不对", "The server does not accept one of the answers"),
    "problem.form_how": Label(
        "请选“打开修改”，改好后再发送；内容和照片都在。",
        "Choose “Open and correct”, then send it again; answers and photos are all here.",
    ),
    "problem.refused": Label("这个账号无权发送这份表单", "This account may not send this form"),
    "problem.refused_how": Label(
        "请确认登录的账号，或导出为文件交给办公室。",
        "Check which account is signed in, or export a file for the office.",
    ),
    "problem.too_large": Label("表单超过了服务器一次能收的大小", "The form is larger than the server takes"),
    "problem.too_large_how": Label("请导出为文件交给办公室。", "Export it as a file for the office."),
    "problem.photo_gone": Label("一张照片已不在手机上", "A photo is no longer on this phone"),
    "problem.photo_gone_how": Label(
        "表单本身可以照常导出或发送；请尽可能补拍。",
        "The form itself can be sent or exported; take the photo again if you can.",
    ),
    "problem.photo_damaged": Label("一张照片在手机上已损坏", "A photo is damaged on this phone"),
    "problem.photo_damaged_how": Label(
        "请补拍；损坏的照片仍可随文件导出。", "Take it again; the damaged one can still be exported."
    ),
    "problem.photo_not_taken": Label("服务器没有收下一张照片", "The server did not take a photo"),
    "problem.photo_not_taken_how": Label(
        "请再试一次；仍不行就导出为文件交给办公室。",
        "Try again; if it fails again, export a file for the office.",
    ),
    "problem.other": Label("服务器没有收下这份表单", "The server did not take this form"),
    "problem.other_how": Label(
        "请再试一次；仍不行就导出为文件交给办公室。",
        "Try again; if it fails again, export a file for the office.",
    ),
    "problem.said": Label("服务器说：{message}{field}", "The server says: {message}{field}"),
    **PAGES,
}
"""The engine's own words; those of the forms are in `field_form_words`."""

FIELD_APP: dict[str, Label] = {**ENGINE, **FORMS}
"""Every text of the app by its key."""
