"""What the field app's pages of packages, storage and settings say; see `field_app_words`."""

from registry.vocab.labels import Label

PAGES: dict[str, Label] = {
    "packages.title": Label("带走名录", "Take trees along"),
    "packages.what": Label(
        "下载后，没有信号也能查看这些树：最近一次的记录、缩略照片、边界。",
        "Once downloaded, these trees can be looked up without a signal: last records, small photos, "
        "outline.",
    ),
    "packages.others": Label("选择要带走的区划", "Choose a division to take along"),
    "packages.choose": Label("请选择……", "Choose …"),
    "packages.none": Label(
        "这个账号没有可带走的区县。请联系管理员。",
        "This account has no district to take along. Please ask an administrator.",
    ),
    "packages.mine": Label("我负责的树", "My trees"),
    "packages.take": Label("下载到手机", "Download"),
    "packages.renew": Label("更新", "Update"),
    "packages.go_on": Label("继续下载", "Go on"),
    "packages.leave": Label("从手机移除", "Remove"),
    "packages.stop": Label("停止", "Stop"),
    "packages.not_here": Label("还没有下载。", "Not on this phone yet."),
    "packages.as_of": Label("数据截至", "As of"),
    "packages.old": Label("已超过两周，请更新", "more than two weeks old, please update"),
    "packages.trees": Label("树木", "Trees"),
    "packages.n_trees": Label("{n} 株（处）", "{n} {n|record|records}"),
    "packages.pictures": Label("缩略照片", "Small photos"),
    "packages.of": Label("{done} / {n}", "{done} of {n}"),
    "packages.size": Label("大小", "Size"),
    "packages.p_list": Label("正在下载名录 {size}", "Downloading the list, {size}"),
    "packages.p_saving": Label("正在保存 {n} 株", "Saving {n} {n|tree|trees}"),
    "packages.p_thumbs": Label("缩略照片 {done} / {n}（{size}）", "Small photos {done} of {n} ({size})"),
    "packages.done": Label(
        "{n} 株已在手机上，可以出发了。", "{n} {n|tree is|trees are} on this phone. You may set out."
    ),
    "packages.done_but": Label(
        "名录已在手机上；{n} 张缩略照片没下载完，可以稍后继续。",
        "The list is on this phone; {n} small {n|photo is|photos are} missing and can be fetched later.",
    ),
    "packages.full": Label(
        "手机存储空间不足，没有下载完。已有的内容都在。",
        "Not enough room on this phone. What was here is still here.",
    ),
    "packages.no_signal": Label(
        "没连上服务器。已下载的内容都在，有信号时再试。",
        "No connection. What was downloaded is still here; try again with a signal.",
    ),
    "packages.failed": Label("没有下载成功。", "The download failed."),
    "packages.leave_title": Label("从手机移除“{title}”？", "Remove “{title}” from this phone?"),
    "packages.leave_text": Label(
        "草稿和待发送的表单不受影响，名录可以再次下载。",
        "Drafts and forms to send stay, and the list can be downloaded again.",
    ),
    "storage.title": Label("存储空间", "Room on this phone"),
    "storage.lasts_title": Label("内容会一直保留", "What is kept here stays"),
    "storage.lasts": Label(
        "浏览器已承诺不会自行清除。", "The browser has promised not to remove it by itself."
    ),
    "storage.may_go_title": Label("内容可能被清除", "What is kept here may be removed"),
    "storage.may_go_apple": Label(
        "没有安装到主屏幕时，七天不打开，系统会清除这里的内容，包括未发送的表单。请这样安装：",
        "Unless the app is installed, the system removes what is kept here after seven days without use, "
        "unsent forms too. Install it like this:",
    ),
    "storage.may_go": Label(
        "手机存储快满时，浏览器可能清除这里的内容。",
        "When the phone runs out of room the browser may remove what is kept here.",
    ),
    "storage.may_go_how": Label(
        "安装到主屏幕后，浏览器通常会一直保留。也请及时发送。",
        "Once the app is installed, browsers usually keep it. And send soon.",
    ),
    "storage.may_go_installed": Label(
        "请在有信号时及时发送，并留出一些空间。", "Send while there is a signal, and leave some room free."
    ),
    "storage.ask": Label("请浏览器保留", "Ask the browser to keep it"),
    "storage.granted": Label("浏览器已答应保留。", "The browser agreed to keep it."),
    "storage.not_granted": Label(
        "浏览器暂未答应。安装到主屏幕后再试。",
        "The browser did not agree yet. Install the app and try again.",
    ),
    "storage.used": Label("已用空间", "Used"),
    "storage.free": Label("还可使用", "Free"),
    "storage.unknown": Label("浏览器没有说明", "the browser does not say"),
    "storage.waiting": Label("待发送", "To send"),
    "storage.forms": Label(
        "{n} 份表单，{photos} 张照片", "{n} {n|form|forms}, {photos} {photos|photo|photos}"
    ),
    "storage.drafts": Label("草稿", "Drafts"),
    "storage.offline": Label("无信号时打开", "Opens without a signal"),
    "storage.offline_yes": Label("可以", "yes"),
    "storage.offline_no": Label("还不行，请在有信号时再打开一次", "not yet: open it once more with a signal"),
    "storage.free_title": Label("腾出空间", "Free some room"),
    "storage.free_text": Label(
        "待发送的表单和草稿不会被清掉。空间不够时，先清缩略照片，再移除不用的区县。",
        "Forms to send and drafts are never removed. Small photos go first, then districts that are not "
        "needed.",
    ),
    "storage.drop_thumbs": Label("清除缩略照片（{size}）", "Remove small photos ({size})"),
    "storage.dropped": Label("已清除 {n} 张缩略照片。", "{n} small {n|photo|photos} removed."),
    "storage.to_packages": Label("管理已带走的名录", "Manage downloaded districts"),
    "install.title": Label("安装到主屏幕", "Put it on the home screen"),
    "install.why": Label(
        "装好后像普通应用一样打开，没有信号也能用，内容更不易被清除。",
        "It opens like any app, works without a signal, and what it keeps is safer.",
    ),
    "install.now": Label("安装", "Install"),
    "install.menu": Label(
        "在浏览器菜单中选择“安装应用”或“添加到主屏幕”。内容更不易被清除。",
        "Choose “Install app” or “Add to home screen” in the browser's menu. What is kept is safer then.",
    ),
    "install.apple_1": Label(
        "用 Safari 打开本页，点底部的“分享”按钮。", "Open this page in Safari and press “Share”."
    ),
    "install.apple_2": Label("选择“添加到主屏幕”。", "Choose “Add to Home Screen”."),
    "install.apple_3": Label("以后从主屏幕图标打开。", "From now on open it by its icon."),
    "missing.title": Label("浏览器是否支持", "What this browser can do"),
    "missing.n": Label("缺少 {n} 项", "{n} {n|thing is|things are} missing"),
    "missing.nothing": Label("什么都不缺", "Nothing is missing"),
    "missing.nothing_text": Label(
        "这个浏览器可以离线填表、拍照、定位和发送。",
        "This browser can work without a signal, photograph, find its place and send.",
    ),
    "missing.stuck": Label(
        "在这里填表会丢失内容，所以没有打开表单。请按下面的办法继续。",
        "What you fill in would be lost here, so the forms are not opened. Go on like this:",
    ),
    "missing.some": Label("大部分功能可用，下面几项在这里用不了。", "Most things work; these do not:"),
    "missing.go_on": Label("怎样继续", "How to go on"),
    "missing.other_browser": Label(
        "复制下面的地址，用手机自带浏览器、Chrome 90 或 Safari 15 以上版本打开。",
        "Copy the address below and open it in the phone's own browser, Chrome 90 or Safari 15 or newer.",
    ),
    "missing.paper": Label(
        "请办公室打印纸质巡查表，回来后录入。",
        "Ask the office for the paper sheet and have it typed in later.",
    ),
    "missing.kept": Label(
        "已经保存在手机上的内容不受影响。", "What was saved on this phone before is not touched."
    ),
    "missing.copy": Label("复制地址", "Copy the address"),
    "missing.copied": Label("地址已复制。", "The address is copied."),
    "missing.in_app_note": Label(
        "在微信等应用里打开网页时，请点右上角“…”，选择“在浏览器打开”。",
        "In WeChat and other apps: press “…” at the top right and choose to open in the browser.",
    ),
    "missing.in_app": Label("页面是在别的应用里打开的", "This page was opened inside another app"),
    "missing.in_app_how": Label(
        "点右上角“…”，选“在浏览器打开”。在这里保存的内容可能随时被那个应用清掉。",
        "Press “…” at the top right and open it in the browser. That app may remove at any time what is "
        "saved here.",
    ),
    "missing.https": Label("连接没有加密（不是 HTTPS）", "The connection is not encrypted (no HTTPS)"),
    "missing.https_how": Label(
        "浏览器只在加密连接下允许离线、相机和定位。请用 https:// 开头的地址，或请管理员配置证书。",
        "Browsers allow offline work, camera and position only over HTTPS. Use the address that begins "
        "with https://, or ask the administrator for a certificate.",
    ),
    "missing.worker": Label("不能离线打开", "Cannot be opened without a signal"),
    "missing.worker_how": Label(
        "有信号时可以照常填写和保存。请勿使用无痕模式，或换一个浏览器。",
        "With a signal you can fill in and save. Leave private mode, or use another browser.",
    ),
    "missing.keeping": Label("不能在手机上保存", "Nothing can be saved on this phone"),
    "missing.keeping_how": Label(
        "可能是无痕模式，或浏览器禁止了网站数据。请退出无痕模式，或允许本站保存数据。",
        "This may be private mode, or site data is blocked. Leave private mode, or allow this site to "
        "keep data.",
    ),
    "missing.crypto": Label("不能计算照片校验和", "Checksums of photos cannot be computed"),
    "missing.crypto_how": Label(
        "没有校验和就无法确认照片完整送达。请换一个浏览器。",
        "Without them nobody can tell whether a photo arrived whole. Use another browser.",
    ),
    "missing.camera": Label("不能直接使用相机", "The camera cannot be used directly"),
    "missing.camera_how": Label(
        "可以从相册选择照片，编号可以手工输入。",
        "Photos can be chosen from the gallery, numbers can be typed.",
    ),
    "missing.place": Label("不能定位", "The position cannot be found"),
    "missing.place_how": Label(
        "表单可以照常保存，请写明无法定位的原因。", "Forms can be saved; say why there is no position."
    ),
    "more.photos": Label("照片何时发送", "When photos are sent"),
    "more.photos_now": Label("有信号就发", "With any signal"),
    "more.photos_wait": Label("等 Wi-Fi", "On Wi-Fi"),
    "more.wifi_known": Label(
        "表单总是先发送，照片等连上 Wi-Fi。", "Forms always go first; photos wait for Wi-Fi if you choose so."
    ),
    "more.wifi_unknown": Label(
        "表单总是先发送。这个浏览器看不出是否连着 Wi-Fi：选“等 Wi-Fi”后，请在“待发送”里手动发送照片。",
        "Forms always go first. This browser does not tell whether it is on Wi-Fi: if photos are to "
        "wait, send them by hand under “To send”.",
    ),
    "more.account": Label("账号", "Account"),
    "more.account_text": Label(
        "退出登录或更换账号，不会动手机上未发送的内容。",
        "Signing out or changing the account never touches what was not sent.",
    ),
    "more.synced": Label("最近一次联络服务器：{time}", "Last contact with the server: {time}"),
    "more.never_synced": Label(
        "这台手机还没有联络过服务器。", "This phone has not been in contact with the server yet."
    ),
    "more.desk": Label("账号、登录与退出", "Account, sign-in and sign-out"),
}
"""Texts by their key."""
